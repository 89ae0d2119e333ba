#include "run/schedule.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

using pipeline::run::Schedule;
using pipeline::run::State;
using Act = Schedule::Act;

namespace {

/// What a world may do to a run.
struct Troubles {
  double failure = 0;       ///< share of stages that always fail
  double loss = 0;          ///< chance that an attempt finds the bytes of an input lost
  double false_alarm = 0;   ///< … or says so though they are there
  double loss_forever = 0;  ///< share of stages whose bytes are lost at every attempt to read them
  double change = 0;        ///< share of stages that give something else each time
  double cancel = 0;        ///< chance, at each step, that the run is cancelled
  double by_others = 0;     ///< chance that another run had the result by then
  bool fail_fast = false;
};

/// A graph, a store and an executor in virtual time.
class World {
 public:
  World(unsigned seed, Troubles troubles) : random_(seed), troubles_(troubles) {
    const std::size_t size = 1 + random_() % 9;
    slots = 1 + int(random_() % 4);
    for (std::size_t i = 0; i < size; ++i) {
      Schedule::Stage stage;
      for (std::size_t p = 0; p < i; ++p)
        if (chance(0.35)) stage.producers.push_back(p);
      for (const std::size_t p : stage.producers) stages[p].consumers.push_back(i);
      stage.slots = 1 + int(random_() % unsigned(slots));
      stages.push_back(stage);
      // Few kinds, so that some stages are the same action.
      kind_.push_back(int(random_() % 5));
      exported_.push_back(chance(0.2));
      fails_.push_back(chance(troubles.failure));
      loses_.push_back(chance(troubles.loss_forever));
      changes_.push_back(chance(troubles.change));
    }
    told.assign(size, 0);
    computed.assign(size, 0);
    store_some();
  }

  /// To the end, or until `steps` are used up: then false.
  bool run(int steps = 10000) {
    Schedule schedule(stages, slots, troubles_.fail_fast,
                      [&] { return std::vector<double>(stages.size(), 1.0); });
    for (; steps > 0; --steps) {
      if (!cancelled && chance(troubles_.cancel)) schedule.cancel(), cancelled = true;
      if (const auto command = schedule.next()) {
        begin(*command);
      } else if (!under_way_.empty()) {
        finish(schedule, random_() % under_way_.size());
      } else {
        reached_all = true;
        for (std::size_t i = 0; i < stages.size(); ++i) reached_all &= schedule.told(i);
        if (reached_all && !cancelled) require_one_story(schedule);
        schedule.close();
        while (const auto last = schedule.next()) begin(*last);
        for (std::size_t i = 0; i < stages.size(); ++i) {
          states.push_back(schedule.state(i));
          blamed.push_back(schedule.blamed(i).has_value());
        }
        return used_slots_ == 0;
      }
    }
    return false;
  }

  /// Which stages have to be computed, in a world without troubles: those whose result is not
  /// known, and those whose bytes such a one, or an export, wants and that are gone.
  std::vector<bool> oracle() const {
    std::vector<bool> compute(stages.size());
    std::vector<std::string> contents(stages.size());
    std::map<std::string, Stored> store = store_;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const std::string key = key_of(i, contents);
      compute[i] = !store.count(key);
      contents[i] = content_of(key);
    }
    for (std::size_t i = stages.size(); i-- > 0;) {
      bool wanted = exported_[i] || stages[i].consumers.empty();
      for (const std::size_t consumer : stages[i].consumers) wanted |= compute[consumer];
      const std::string key = key_of(i, contents);
      compute[i] = !store_.count(key) || (wanted && !store_.at(key).there);
    }
    return compute;
  }
  /// Twins make the oracle's answer ambiguous: which of them computes is not said.
  bool has_twins() const {
    std::set<std::string> keys;
    std::vector<std::string> contents(stages.size());
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const std::string key = key_of(i, contents);
      if (!keys.insert(key).second) return true;
      contents[i] = content_of(key);
    }
    return false;
  }

  std::vector<Schedule::Stage> stages;
  int slots = 1;
  std::vector<int> told, computed;
  std::vector<State> states;
  std::vector<bool> blamed;
  bool cancelled = false, reached_all = false;
  bool lost_for_good = false;  ///< a result that had been told of
  int failures = 0;            ///< that the schedule was told of, or made itself of what was lost
  std::string fault;           ///< what the schedule did wrong

 private:
  struct Stored {
    std::string content;
    bool there;
  };

  bool chance(double share) {
    return share > 0 && std::uniform_real_distribution<double>()(random_) < share;
  }
  std::string key_of(std::size_t i, const std::vector<std::string>& contents) const {
    std::string key = std::to_string(kind_[i]) + "(";
    for (const std::size_t p : stages[i].producers) key += contents[p] + ",";
    return key + ")";
  }
  static std::string content_of(const std::string& key) { return "of " + key; }

  // What earlier runs have left: of each stage nothing, a record, or its bytes too.
  void store_some() {
    std::vector<std::string> contents(stages.size());
    const unsigned emptiness = random_() % 3;
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const std::string key = key_of(i, contents);
      contents[i] = content_of(key);
      if (random_() % 3 >= emptiness) store_[key] = {contents[i], chance(0.7)};
    }
  }

  void begin(const Schedule::Command& command) {
    const std::size_t i = command.stage;
    if (command.act == Act::tell) {
      ++told[i];
      return;
    }
    if (command.act == Act::look_up) {
      for (const std::size_t p : stages[i].producers)
        if (!known_.count(p)) fault = "a key was asked for before its inputs were known";
    } else {
      used_slots_ += stages[i].slots;
      if (used_slots_ > slots) fault = "more slots were used than there are";
      if (cancelled) fault = "a stage was begun after the run had been cancelled";
      for (const std::size_t p : stages[i].producers)
        if (!there(p) && !has_twin(p)) fault = "a stage was begun before its inputs were there";
      if (keys_[i] != key_of_now(i)) fault = "a stage was begun under the key of earlier inputs";
      if (there(i)) fault = "a stage was computed whose result was there";
      for (const auto& [other, act] : under_way_)
        if (act == Act::compute && keys_[other] == keys_[i]) fault = "a twin was computed, too";
    }
    under_way_.emplace_back(i, command.act);
  }

  bool there(std::size_t i) const {
    const auto stored = store_.find(keys_.count(i) ? keys_.at(i) : "");
    return stored != store_.end() && stored->second.there && known_.at(i) == stored->second.content;
  }

  // What is known in the end was made of what its producers have in the end.
  void require_one_story(const Schedule& schedule) {
    for (std::size_t i = 0; i < stages.size(); ++i) {
      const bool done = is_done(schedule.state(i));
      lost_for_good |= done && schedule.ended(i);
      if (done && !schedule.ended(i) && keys_[i] != key_of_now(i))
        fault = "a result is known that was made of earlier inputs";
    }
  }
  static bool is_done(State state) { return state == State::ran || state == State::cached; }

  // What a stage lost, or gave anew, its twins are not told of.
  bool has_twin(std::size_t i) const {
    return troubles_.change > 0 ||
           std::count_if(keys_.begin(), keys_.end(),
                         [&](const auto& other) { return other.second == keys_.at(i); }) > 1;
  }

  void finish(Schedule& schedule, std::size_t which) {
    const auto [i, act] = under_way_[which];
    under_way_.erase(under_way_.begin() + std::ptrdiff_t(which));
    if (act == Act::look_up) return look_up(schedule, i);
    used_slots_ -= stages[i].slots;
    if (cancelled && chance(0.5)) return schedule.interrupted(i);
    if (find_loss(schedule, i)) return;
    schedule.inputs_checked(i);
    if (fails_[i]) {
      ++failures;
      return schedule.failed(i);
    }
    ++computed[i];
    Stored& stored = store_[keys_[i]];
    stored = {content_of(keys_[i]), true};
    if (changes_[i]) stored.content += std::to_string(random_());
    known_[i] = stored.content;
    schedule.computed(i, {stored.content, true, exported_[i]}, !chance(troubles_.by_others));
  }

  std::string key_of_now(std::size_t i) const {
    std::vector<std::string> contents(stages.size());
    for (const std::size_t p : stages[i].producers) contents[p] = known_.at(p);
    return key_of(i, contents);
  }

  void look_up(Schedule& schedule, std::size_t i) {
    if (cancelled && chance(0.5)) return schedule.put_off(i);
    const std::string key = keys_[i] = key_of_now(i);
    const auto stored = store_.find(key);
    if (stored == store_.end()) return schedule.looked_up(i, key, std::nullopt);
    known_[i] = stored->second.content;
    schedule.looked_up(
        i, key, Schedule::Result{stored->second.content, stored->second.there, exported_[i]});
  }

  bool find_loss(Schedule& schedule, std::size_t i) {
    for (const std::size_t p : stages[i].producers) {
      const bool lost = !there(p) || loses_[p] || chance(troubles_.loss);
      if (!lost && !chance(troubles_.false_alarm)) continue;
      if (lost) {
        if (store_.count(keys_[p])) store_[keys_[p]].there = false;
        failures += !schedule.lost(p);
      }
      failures += !schedule.attempt_void(i, lost);
      return true;
    }
    return false;
  }

  std::mt19937 random_;
  Troubles troubles_;
  std::vector<int> kind_;
  std::vector<bool> exported_, fails_, loses_, changes_;
  std::map<std::string, Stored> store_;
  std::map<std::size_t, std::string> keys_, known_;  ///< by stage, as the run knows them
  std::vector<std::pair<std::size_t, Act>> under_way_;
  int used_slots_ = 0;
};

/// Everything that has to be true of every run.
void check(World& world, unsigned seed) {
  CAPTURE(seed);
  REQUIRE(world.run());
  if (!world.fault.empty()) FAIL(world.fault);
  const auto all = [&](auto holds) {
    bool all = true;
    for (std::size_t i = 0; i < world.stages.size(); ++i) all &= holds(i);
    return all;
  };
  REQUIRE(all([&](auto i) { return world.told[i] == 1; }));
  // Who was skipped knows because of whom, unless the run ended early.
  REQUIRE((world.cancelled || world.reached_all));
  REQUIRE(all([&](auto i) {
    return world.states[i] != State::skipped || world.blamed[i] || world.cancelled;
  }));
  const auto count = [&](State state) {
    return std::count(world.states.begin(), world.states.end(), state);
  };
  REQUIRE(
      (count(State::failed) + count(State::skipped) == 0 || world.failures > 0 || world.cancelled));
  REQUIRE(
      (world.failures == 0 || count(State::failed) > 0 || world.lost_for_good || world.cancelled));
  REQUIRE(all([&](auto i) { return world.states[i] != State::ran || world.computed[i] > 0; }));
}

}  // namespace

TEST_CASE("A run without troubles computes what is missing, once, and nothing else") {
  for (unsigned seed = 0; seed < 30000; ++seed) {
    World world(seed, {});
    const auto expected = world.oracle();
    check(world, seed);
    for (std::size_t i = 0; i < world.stages.size(); ++i) {
      CAPTURE(i);
      REQUIRE(world.computed[i] <= 1);
      REQUIRE((world.states[i] == State::ran) == (world.computed[i] == 1));
      if (!world.has_twins()) REQUIRE((world.computed[i] == 1) == expected[i]);
    }
  }
}

TEST_CASE(
    "Whatever fails, is lost, changes or is cancelled: a run ends, and tells each stage once") {
  const Troubles troubles[] = {
      {.failure = 0.2},
      {.loss = 0.2},
      {.false_alarm = 0.3},
      {.false_alarm = 1},
      {.loss_forever = 0.2},
      {.loss = 0.1, .change = 0.3},
      {.cancel = 0.05},
      {.by_others = 0.5},
      {.failure = 0.1,
       .loss = 0.1,
       .false_alarm = 0.05,
       .loss_forever = 0.1,
       .change = 0.2,
       .cancel = 0.01,
       .by_others = 0.2},
  };
  for (const Troubles& some : troubles)
    for (unsigned seed = 0; seed < 10000; ++seed) {
      World world(seed, some);
      check(world, seed);
    }
}

namespace {

/// The computations that next() begins now; look-ups find nothing.
std::vector<std::size_t> begun(Schedule& schedule) {
  std::vector<std::size_t> begun;
  while (const auto command = schedule.next()) {
    if (command->act == Act::look_up)
      schedule.looked_up(command->stage, std::to_string(command->stage), std::nullopt);
    if (command->act == Act::compute) begun.push_back(command->stage);
  }
  return begun;
}

}  // namespace

TEST_CASE("Small stages fill what a wide one leaves, and do not keep it waiting for ever") {
  // Two slots; the second stage wants both and is the most urgent but for the first.
  std::vector<Schedule::Stage> stages(8);
  stages[1].slots = 2;
  std::vector<double> priorities(8, 1.0);
  priorities[0] = 9, priorities[1] = 8;
  Schedule schedule(stages, 2, false, [&] { return priorities; });
  using Stages = std::vector<std::size_t>;
  CHECK(begun(schedule) == Stages{0, 2});
  schedule.computed(2, {"2"}, true);
  CHECK(begun(schedule) == Stages{3});
  schedule.computed(3, {"3"}, true);
  CHECK(begun(schedule) == Stages{});  // overtaken twice: the slots are kept for it now
  schedule.computed(0, {"0"}, true);
  CHECK(begun(schedule) == Stages{1});
  schedule.computed(1, {"1"}, true);
  CHECK(begun(schedule) == Stages{4, 5});
}
