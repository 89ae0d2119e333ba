#include "checkpoint_saver.h"

#include <algorithm>
#include <system_error>

using namespace pipeline;

namespace {

constexpr std::chrono::seconds kLeastInterval{2};
/// A save of a second is followed by 33 without one.
constexpr int kShareOfTime = 33;

auto save_now(Context& context, const Artifact& checkpoint) {
  const auto start = std::chrono::steady_clock::now();
  context.save_checkpoint(checkpoint);
  return std::chrono::steady_clock::now() - start;
}

}  // namespace

CheckpointSaver::~CheckpointSaver() {
  if (saving_.valid()) saving_.wait();
}

bool CheckpointSaver::due() const {
  if (saving_.valid() && saving_.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
    return false;
  return Clock::now() - begun_ >= interval_;
}

void CheckpointSaver::save(Artifact checkpoint) {
  wait();
  begun_ = Clock::now();
  const auto shared = std::make_shared<const Artifact>(std::move(checkpoint));
  try {
    saving_ =
        std::async(std::launch::async, [this, shared] { return save_now(context_, *shared); });
  } catch (const std::system_error&) {  // no thread is to be had
    std::promise<Clock::duration> done;
    done.set_value(save_now(context_, *shared));
    saving_ = done.get_future();
  }
}

void CheckpointSaver::wait() {
  if (!saving_.valid()) return;
  interval_ = std::max<Clock::duration>(kLeastInterval, saving_.get() * kShareOfTime);
}
