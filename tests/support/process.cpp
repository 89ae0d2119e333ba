#include "support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace pipeline::testing {
namespace fs = std::filesystem;

TempFolder::TempFolder() {
  std::string name = (fs::temp_directory_path() / "pipeline-test-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
  path_ = fs::canonical(name);
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

Process::Process(const std::vector<std::string>& command, const fs::path& folder,
                 const std::map<std::string, std::string>& environment) {
  const std::string out = files_ / "out", err = files_ / "err";
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ > 0) return;
  const int in_fd = open("/dev/null", O_RDONLY);
  const int out_fd = open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int err_fd = open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  dup2(in_fd, 0), dup2(out_fd, 1), dup2(err_fd, 2);
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  if (chdir(folder.c_str()) == 0) execvp(arguments[0], arguments.data());
  _exit(127);
}

Process::~Process() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Process::signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

int Process::wait() {
  if (pid_ <= 0) return status_;
  int status = 0;
  rusage used{};
  wait4(pid_, &status, 0, &used);
  pid_ = -1;
  peak_memory_ = double(used.ru_maxrss) / 1024;
  return status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Ran run_program(const std::vector<std::string>& command, const fs::path& folder,
                const std::map<std::string, std::string>& environment) {
  Process process(command, folder, environment);
  const int status = process.wait();
  return {status, process.output(), process.errors()};
}

std::string pipeline_binary() {
  const char* binary = std::getenv("PIPELINE_BINARY");
  if (!binary) throw std::runtime_error("PIPELINE_BINARY must name the built program");
  return binary;
}

std::filesystem::path test_plugin(const std::string& name) {
  return std::filesystem::path(pipeline_binary()).parent_path() / "../tests" / name;
}

fs::path source_folder() {
  const char* folder = std::getenv("PIPELINE_SOURCE_DIR");
  if (!folder) throw std::runtime_error("PIPELINE_SOURCE_DIR must name the source tree");
  return folder;
}

}  // namespace pipeline::testing
