#pragma once
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "pipeline/testing.h"
#include "png.h"
#include "process.h"

/// A folder that goes with the object.
class Folder {
 public:
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "plots-XXXXXX";
    if (!mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A variable of the environment that has its old value again afterwards.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { setenv(name_, old_.c_str(), 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string old_;
};

/// A folder with a program `gnuplot` that is a shell script, alone in PATH before the usual places.
class FakeGnuplot {
 public:
  explicit FakeGnuplot(const std::string& script)
      : variable_("PATH", folder_.path().string() + ":/usr/bin:/bin") {
    const std::filesystem::path file = folder_.path() / "gnuplot";
    std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  }

 private:
  Folder folder_;
  Variable variable_;
};

struct Drawn {
  pipeline::Figure figure;
  std::vector<std::string> log;
  Png png() const { return read_png(figure.files.at("png")); }
  const std::string& svg() const { return figure.files.at("svg"); }
};

/// Runs a stage of this plugin that gives a figure.
class FigureRun {
 public:
  explicit FigureRun(std::string_view id, const pipeline::Value::Map& params = {})
      : run_(components_, id, params) {}
  template <class T>
  FigureRun& input(std::string_view port, T value) {
    run_.input(port, std::move(value));
    return *this;
  }
  FigureRun& table(pipeline::Table table, std::string_view port = "history") {
    pipeline::Artifact artifact =
        pipeline::ArtifactCodec<pipeline::Table>::encode(std::move(table));
    artifact.type = pipeline::ArtifactCodec<pipeline::Table>::type;
    run_.input(port, std::move(artifact));
    return *this;
  }
  void preflight() { run_.preflight(); }
  Drawn draw() {
    auto outputs = run_.run();
    return {pipeline::ArtifactCodec<pipeline::Figure>::decode(outputs.at("figure")), run_.log()};
  }

 private:
  pipeline::testing::Components components_;
  pipeline::testing::StageRun run_;
};

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

/// The number of pixels of a colour.
inline int pixels_of(const Png& png, std::uint32_t color) {
  int n = 0;
  for (int y = 0; y < png.height; ++y)
    for (int x = 0; x < png.width; ++x) n += png.at(x, y) == color;
  return n;
}

/// Whether the text holds all of the parts; a failed check does not print a whole figure.
inline bool has(const std::string& text, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    if (text.find(part) == std::string::npos) return false;
  return true;
}

/// The texts of an SVG in order, a line each, as Python's XML parser reads them. Throws
/// std::runtime_error with what it says where the file is no XML.
inline std::vector<std::string> svg_texts(const std::string& svg) {
  constexpr const char* kReader =
      "import sys, xml.etree.ElementTree as tree\n"
      "for text in tree.parse(sys.argv[1]).iter('{http://www.w3.org/2000/svg}text'):\n"
      "  sys.stdout.buffer.write(''.join(text.itertext()).encode() + b'\\n')\n";
  plots::Command command;
  command.arguments = {"python3", "-c", kReader, plots::file_name(0)};
  command.files = {svg};
  const plots::Finished finished = plots::run_command(command);
  if (finished.code != 0) throw std::runtime_error(finished.errors);
  std::vector<std::string> texts;
  std::istringstream lines(finished.out);
  for (std::string line; std::getline(lines, line);) texts.push_back(line);
  return texts;
}

/// Where the texts of an SVG are anchored, in px from the left, as svg_texts() has them.
inline std::vector<double> text_places(const std::string& svg) {
  std::vector<double> places;
  constexpr std::string_view kStart = "<g transform=\"translate(";
  for (std::size_t at = 0; (at = svg.find(kStart, at)) != std::string::npos;)
    places.push_back(std::stod(svg.substr(at += kStart.size())));
  return places;
}

inline std::size_t count(const std::vector<std::string>& texts, const std::string& text) {
  return std::size_t(std::count(texts.begin(), texts.end(), text));
}

/// The file of the first image in an SVG, unpacked by Python.
inline std::string image_in(const std::string& svg) {
  constexpr const char* kReader =
      "import base64, re, sys\n"
      "data = re.search('base64,([A-Za-z0-9+/=\\\\s]*)', open(sys.argv[1]).read()).group(1)\n"
      "sys.stdout.buffer.write(base64.b64decode(data))\n";
  plots::Command command;
  command.arguments = {"python3", "-c", kReader, plots::file_name(0)};
  command.files = {svg};
  const plots::Finished finished = plots::run_command(command);
  if (finished.code != 0) throw std::runtime_error(finished.errors);
  return finished.out;
}
