#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "run/observer.h"

namespace pipeline::run {

/// Decides which stage is looked up, computed and told next, from facts alone: it touches no disk,
/// no clock and no thread. The caller carries out what next() says and reports what came of it.
///
/// A stage's result is *known* once its digests are, and *there* while its stored bytes are. Keys
/// need what is known; only computing a consumer, or an export, needs bytes. So a known result
/// whose bytes are gone is made again when somebody wants them, and not before.
///
/// Every stage is told once: one that was computed at once, one from the cache when nothing that
/// still may happen can make it run. A result that is lost after it was told is made again in
/// silence, and so is what was made of it if it has become another; if that fails, whoever wanted
/// it fails.
class Schedule {
 public:
  struct Stage {
    std::vector<std::size_t> producers;  ///< each once; each stands before its consumers
    std::vector<std::size_t> consumers;  ///< each once
    int slots = 1;                       ///< that it takes up while it is computed, at least 1
  };
  /// What is stored under a stage's key.
  struct Result {
    std::string content;  ///< stands for the digests of all outputs
    bool there = true;    ///< the stored bytes are, undamaged as far as was looked
    bool wanted = false;  ///< the bytes are, by something besides consumers
  };
  enum class Act {
    look_up,  ///< make the key and see what is stored: looked_up(), failed() or put_off()
    compute,  ///< computed(), failed(), interrupted() or attempt_void()
    tell,     ///< how the stage ended: state(), blamed(); nothing to report
  };
  struct Command {
    Act act;
    std::size_t stage;
  };
  /// How urgent each stage is, the largest first; asked once, when the first stage is to compute.
  using Priorities = std::function<std::vector<double>()>;

  /// A result that is lost more often than this in one run fails its stage, and so do attempts that
  /// are void more often for no loss that could be seen: damage that comes back is not waited out.
  static constexpr int kMostLosses = 3;

  Schedule(std::vector<Stage> stages, int slots, bool fail_fast, Priorities priorities);

  /// What to do now; none: wait for a report, or, where nothing is under way, the end.
  std::optional<Command> next();

  void looked_up(std::size_t stage, const std::string& key, std::optional<Result> result);
  /// A look-up that was cancelled.
  void put_off(std::size_t stage);
  /// All that the stage reads has turned out to be undamaged.
  void inputs_checked(std::size_t stage);
  /// `by_us` is false where another run had it by then.
  void computed(std::size_t stage, Result result, bool by_us);
  void failed(std::size_t stage);
  void interrupted(std::size_t stage);
  /// The stored bytes turned out to be damaged or gone. False: that was once too often, and the
  /// stage has failed.
  bool lost(std::size_t stage);
  /// An attempt came to nothing, if `of_loss` because of an input that lost() has told of. False:
  /// once too often, as above.
  bool attempt_void(std::size_t stage, bool of_loss);
  /// From now on nothing is begun.
  void cancel() { cancelled_ = true; }

  /// After the last report: stages that were never reached are told, too.
  void close();

  std::size_t size() const { return nodes_.size(); }
  bool told(std::size_t stage) const { return nodes_[stage].told; }
  /// No more will come of it; where it was told as done, its result has been lost since.
  bool ended(std::size_t stage) const { return nodes_[stage].phase == Phase::ended; }
  /// Its stored bytes are, as far as is known.
  bool there(std::size_t stage) const { return nodes_[stage].there; }
  State state(std::size_t stage) const { return nodes_[stage].state; }
  /// The producer without which a skipped stage cannot be computed.
  std::optional<std::size_t> blamed(std::size_t stage) const { return nodes_[stage].blamed; }
  /// Look-ups and computations that have not been reported on.
  std::size_t under_way() const { return under_way_; }

 private:
  enum class Phase {
    waiting,     ///< for its producers' digests
    looking_up,  ///< its key is being made
    known,
    blocked,  ///< to be computed: waits for its producers' bytes, or for a twin
    ready,
    running,
    ended,  ///< failed, skipped or interrupted; no bytes will come of it
  };
  struct Node {
    Phase phase = Phase::waiting;
    bool known = false;   ///< its digests are, even where it has to be made again
    bool there = false;   ///< its bytes are
    bool wanted = false;  ///< its bytes are
    bool queued = false;  ///< in changed_
    bool told = false;
    bool confirmed = false;  ///< its inputs need not be made again for it
    State state = State::skipped;
    std::string content, key;
    int version = 0;          ///< of its content in this run
    long inputs_version = 0;  ///< of its producers' contents when its key was made
    long looked_up_at = 0;    ///< how many results had been made by then
    int losses = 0, voids = 0;
    std::size_t open_consumers = 0;  ///< that may yet want its bytes
    int overtaken = 0;               ///< by how many it was while it was the first of ready_
    std::optional<std::size_t> blamed;
  };
  using Place = std::pair<double, std::size_t>;  ///< most urgent first

  bool stopping() const { return cancelled_ || (fail_fast_ && any_failed_); }
  void wake(std::size_t stage);
  void consider(std::size_t stage);
  void consider_waiting(std::size_t stage);
  void consider_blocked(std::size_t stage);
  void want(std::size_t stage);
  void know(std::size_t stage, const Result& result);
  void end(std::size_t stage, State state);
  void give_up(std::size_t stage, std::size_t producer);
  void tell(std::size_t stage, State state);
  void confirm(std::size_t stage);
  void settle_confirmed();
  void release_twins(std::size_t stage);
  long inputs_version(std::size_t stage) const;
  void make_ready(std::size_t stage);
  std::optional<std::size_t> take_ready();
  bool begin(std::size_t stage);

  std::vector<Stage> stages_;
  std::vector<Node> nodes_;
  int slots_, used_slots_ = 0;
  bool fail_fast_, any_failed_ = false, cancelled_ = false;
  Priorities make_priorities_;
  std::vector<double> priorities_;
  std::size_t under_way_ = 0;
  std::deque<std::size_t> changed_;  ///< to be considered
  std::deque<std::size_t> to_look_up_;
  std::vector<std::size_t> just_confirmed_;  ///< whose producers may have become final
  std::deque<Command> to_tell_;
  std::map<int, std::set<Place>> ready_;  ///< by slots
  /// The keys being computed, each with the stages that wait because theirs is the same.
  std::map<std::string, std::vector<std::size_t>> running_;
  std::map<std::string, long> made_;  ///< what was computed in this run: as the how many-th
  long results_made_ = 0;
};

}  // namespace pipeline::run
