// Stages that disturb the process in which they run.
#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <thread>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "pipeline/plugin.h"

namespace {

using namespace pipeline;

void wait_for_file(const std::string& file) {
  while (access(file.c_str(), F_OK) != 0) usleep(1000);
}

int overflow(int frames) {
  volatile char frame[4096];
  frame[0] = char(frames);
  return frames == 0 ? 0 : overflow(frames - 1) + frame[0];
}

void close_all_from(int first) {
  for (int fd = first; fd < 1024; ++fd) close(fd);
}

// Takes the numbers that the program's own files had.
void open_in_their_place() {
  for (int i = 0; i < 40; ++i)
    if (open(("taken" + std::to_string(i)).c_str(), O_RDWR | O_CREAT, 0600) < 0)
      throw Error("cannot open a file");
}

void run_child(void (*child)()) {
  const pid_t pid = fork();
  if (pid == 0) {
    child();
    _exit(3);
  }
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 3)
    throw Error("the child ended with another status");
}

template <class Sender>
void wait_for_signal_of(Sender send) {
  send();
  for (;;) pause();
}

/// Ends the process, or its thread, in a way of one's choice.
class Fatal : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Ends the process.");
    d.param("how", how_, "in which way");
    d.param("when", when_, "a file: not before it is there; \"\" for at once");
    d.output("y", y_, "what it does not give");
  }
  void preflight(ComponentFactory&) override {
    if (how_ == "exit in preflight") std::exit(0);
    if (how_ == "crash in preflight") std::raise(SIGSEGV);
    y_.set_shape({1});
  }
  void run(Context&) override {
    if (!when_.empty()) wait_for_file(when_);
    volatile int zero = 0;
    if (how_ == "exit") std::exit(0);
    if (how_ == "quick_exit") std::quick_exit(0);
    if (how_ == "_exit") _exit(0);
    if (how_ == "_Exit") _Exit(0);
    if (how_ == "_exit in a child") run_child([] {});
    if (how_ == "closefrom in a child") run_child([] { closefrom(0); });
    if (how_ == "closefrom") closefrom(0);
    if (how_ == "close_range") close_range(3, ~0U, 0);
    if (how_ == "close all but the standard files") close_all_from(3);
    if (how_ == "close all") close_all_from(0);
    if (how_ == "close all and open others") close_all_from(0), open_in_their_place();
    if (how_ == "close all and fail") {
      close_all_from(0);
      throw Error("it failed");
    }
    if (how_ == "close one that was its own") {
      const int fd = open("/dev/null", O_RDONLY);
      close_range(unsigned(fd), unsigned(fd), 0);
    }
    if (how_ == "exit on a thread") std::thread([] { std::exit(0); }).join();
    if (how_ == "pthread_exit") pthread_exit(nullptr);
    if (how_ == "terminate") std::terminate();
    if (how_ == "abort") std::abort();
    if (how_ == "assert") std::fputs("toy: Assertion `x > 0' failed.\n", stderr), std::abort();
    if (how_ == "null") *static_cast<volatile int*>(nullptr) = 1;
    if (how_ == "null on a thread")
      std::thread([] { *static_cast<volatile int*>(nullptr) = 1; }).join();
    if (how_ == "divide") zero = 10 / zero;
    if (how_ == "overflow") std::printf("%d\n", overflow(1 << 30));
    if (how_ == "overflow on a thread")
      std::thread([] { std::printf("%d\n", overflow(1 << 30)); }).join();
    if (how_ == "overflow on a thread of TBB")
      tbb::task_arena(2).execute([] {
        tbb::parallel_for(0, 1000, [](int) {
          if (tbb::this_task_arena::current_thread_index() == 0) pause();  // the other ends it
          else std::printf("%d\n", overflow(1 << 30));
        });
      });
    if (how_ == "raise") std::raise(SIGUSR1);
    if (how_ == "timer") wait_for_signal_of([] { ualarm(1000, 0); });
    if (how_ == "child's signal")
      wait_for_signal_of([] {
        if (fork() > 0) return;
        sigqueue(getppid(), SIGUSR1, {});
        _exit(0);
      });
    y_.allocate()[0] = 1;
  }

 private:
  std::string how_, when_;
  Output<float> y_;
};

/// Prints, by C, C++, a child process or the system.
class Chatty : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Prints on the process's own output.");
    d.param("how", how_, "in which way");
    d.param("text", text_, "what");
    d.param("times", times_, "how often").at_least(0);
    d.param("ready", ready_, "a file to make first; \"\" for none");
    d.param("when", when_, "a file: not before it is there; \"\" for at once");
    d.output("y", y_, "a number");
  }
  void preflight(ComponentFactory&) override { y_.set_shape({1}); }
  void run(Context&) override {
    if (!ready_.empty()) std::fclose(std::fopen(ready_.c_str(), "w"));
    if (!when_.empty()) wait_for_file(when_);
    for (std::int64_t i = 0; i < times_; ++i) print();
    y_.allocate()[0] = 1;
    if (how_ == "fail") throw Error("it failed");
  }

 private:
  void print() {
    if (how_ == "C" || how_ == "fail") std::printf("%s", text_.c_str());
    if (how_ == "C++") std::cout << text_;
    if (how_ == "stderr") std::cerr << text_;
    if (how_ == "write" && write(1, text_.data(), text_.size()) < 0) throw Error("cannot write");
    if (how_ == "child" && std::system(("printf '%s' '" + text_ + "'").c_str()) != 0)
      throw Error("no child");
    if (how_ == "child left behind" && std::system("sleep 1000 & echo $! > left_behind") != 0)
      throw Error("no child");
    if (how_ == "close") close(1), close(2);
    if (how_ == "thread left behind")
      std::thread([text = text_] {
        for (;;) std::printf("%s", text.c_str());
      }).detach();
    if (how_ == "writing thread left behind")
      std::thread([text = text_] {
        while (write(1, text.data(), text.size()) > 0) {}
      }).detach();
  }

  std::string how_ = "C", text_ = "a line\n", ready_, when_;
  std::int64_t times_ = 1;
  Output<float> y_;
};

/// Goes to another working directory.
class Mover : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Changes the working directory.");
    d.param("to", to_, "the folder");
    d.output("total", total_, "a number");
    d.output("report", report_, "a text");
  }
  void preflight(ComponentFactory&) override {
    if (chdir(to_.c_str()) != 0) throw Error("cannot go there");
  }
  void run(Context& context) override {
    if (chdir(to_.c_str()) != 0) throw Error("cannot go there");
    context.save_checkpoint(Artifact{"state", {{"done", std::int64_t(1)}}, {}});
    if (!context.load_checkpoint()) throw Error("there is no checkpoint");
    total_.set_scalar(1.0);
    report_.set({"a text\n"});
  }

 private:
  std::string to_ = "/";
  Output<double> total_;
  Output<Text> report_;
};

}  // namespace

PIPELINE_COMPONENT("rogue.fatal", Fatal);
PIPELINE_COMPONENT("rogue.chatty", Chatty);
PIPELINE_COMPONENT("rogue.mover", Mover);
PIPELINE_PLUGIN("rogues", "1.0");
