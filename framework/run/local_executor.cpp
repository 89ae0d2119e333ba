#include <list>
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
    Worker& worker = workers_.emplace_back();
    worker.thread =
        std::thread([this, &worker, action = std::move(action), done = std::move(done)] {
          done(compute(action, store_, cancellation_, observer_));
          worker.finished = true;
        });
  }

  ~LocalExecutor() override {
    for (Worker& worker : workers_) worker.thread.join();
  }

 private:
  struct Worker {
    std::thread thread;
    std::atomic<bool> finished{false};
  };

  void join_finished() {
    workers_.remove_if([](Worker& worker) {
      if (!worker.finished) return false;
      worker.thread.join();
      return true;
    });
  }

  cache::Store& store_;
  const Cancellation& cancellation_;
  Observer& observer_;
  std::list<Worker> workers_;
};

}  // namespace

std::unique_ptr<Executor> make_local_executor(cache::Store& store, const Cancellation& cancellation,
                                              Observer& observer) {
  return std::make_unique<LocalExecutor>(store, cancellation, observer);
}

}  // namespace pipeline::run
