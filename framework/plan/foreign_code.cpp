#include "plan/foreign_code.h"

namespace pipeline::plan {
namespace {

thread_local const ForeignCode* innermost = nullptr;

}  // namespace

ForeignCode::ForeignCode(Doing doing, std::string_view what, std::string_view component)
    : doing_(doing), what_(what), component_(component), outer_(innermost) {
  innermost = this;
}

ForeignCode::~ForeignCode() { innermost = outer_; }

const ForeignCode* ForeignCode::on_this_thread() { return innermost; }

}  // namespace pipeline::plan
