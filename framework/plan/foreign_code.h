#pragma once
#include <string_view>

namespace pipeline::plan {

/// While it lives, this thread executes code of a plugin: what is to be named if the process
/// crashes or exits in it. Costs two writes.
class ForeignCode {
 public:
  enum class Doing { loading, checking, running };
  /// `what` is a plugin's file (loading) or a stage's name; it and `component` outlive the object.
  ForeignCode(Doing doing, std::string_view what, std::string_view component = {});
  ~ForeignCode();
  ForeignCode(const ForeignCode&) = delete;
  ForeignCode& operator=(const ForeignCode&) = delete;

  Doing doing() const { return doing_; }
  std::string_view what() const { return what_; }
  std::string_view component() const { return component_; }

  /// The innermost on this thread, or null; a signal handler may ask.
  static const ForeignCode* on_this_thread();

 private:
  Doing doing_;
  std::string_view what_, component_;
  const ForeignCode* outer_;
};

}  // namespace pipeline::plan
