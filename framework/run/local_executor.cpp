#include <list>
#include <system_error>
#include <thread>

#include "run/executor.h"

namespace pipeline::run {
namespace {

class LocalExecutor : public Executor {
 public:
  LocalExecutor(cache::Store& store, const Cancellation& cancellation, Observer& observer)
      : store_(store), cancellation_(cancellation), observer_(observer) {}

  void start(Action action, Done done) override {
    join_finished();
    workers_.push_back(std::make_unique<Worker>());
    Worker& worker = *workers_.back();
    const auto work = std::make_shared<const Action>(std::move(action));
    try {
      worker.thread = std::thread([this, &finished = worker.finished, work, done] {
        done(compute(*work, store_, cancellation_, observer_));
        finished = true;
      });
    } catch (const std::system_error&) {
      // Where no thread can be had, the run goes on with the one that it has.
      workers_.pop_back();
      done(compute(*work, store_, cancellation_, observer_));
    }
  }

  ~LocalExecutor() override {
    for (auto& worker : workers_) worker->thread.join();
  }

 private:
  struct Worker {
    std::thread thread;
    std::atomic<bool> finished{false};
  };

  void join_finished() {
    workers_.remove_if([](const std::unique_ptr<Worker>& worker) {
      if (!worker->finished) return false;
      worker->thread.join();
      return true;
    });
  }

  cache::Store& store_;
  const Cancellation& cancellation_;
  Observer& observer_;
  std::list<std::unique_ptr<Worker>> workers_;
};

}  // namespace

std::unique_ptr<Executor> make_local_executor(cache::Store& store, const Cancellation& cancellation,
                                              Observer& observer) {
  return std::make_unique<LocalExecutor>(store, cancellation, observer);
}

}  // namespace pipeline::run
