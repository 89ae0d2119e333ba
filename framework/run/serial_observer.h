#pragma once
#include <mutex>

#include "run/observer.h"

namespace pipeline::run {

/// Lets one call through at a time.
class SerialObserver : public Observer {
 public:
  explicit SerialObserver(Observer& inner) : inner_(inner) {}
  void run_started(const std::string& pipeline, std::size_t stages) override {
    const std::lock_guard guard(mutex_);
    inner_.run_started(pipeline, stages);
  }
  void stage_started(const std::string& stage) override {
    const std::lock_guard guard(mutex_);
    inner_.stage_started(stage);
  }
  void stage_inputs_checked(const std::string& stage) override {
    const std::lock_guard guard(mutex_);
    inner_.stage_inputs_checked(stage);
  }
  void stage_progress(const std::string& stage, std::int64_t done, std::int64_t total,
                      const std::vector<std::pair<std::string, double>>& figures) override {
    const std::lock_guard guard(mutex_);
    inner_.stage_progress(stage, done, total, figures);
  }
  void stage_log(const std::string& stage, const std::string& line) override {
    const std::lock_guard guard(mutex_);
    inner_.stage_log(stage, line);
  }
  void printed(const std::vector<std::string>& stages, const std::string& line) override {
    const std::lock_guard guard(mutex_);
    inner_.printed(stages, line);
  }
  void stage_finished(const StageResult& result) override {
    const std::lock_guard guard(mutex_);
    inner_.stage_finished(result);
  }
  void run_finished(const RunResult& result) override {
    const std::lock_guard guard(mutex_);
    inner_.run_finished(result);
  }

 private:
  Observer& inner_;
  std::mutex mutex_;
};

}  // namespace pipeline::run
