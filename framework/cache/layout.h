#pragma once
#include <filesystem>
#include <string>

// Where things are in a cache folder:
//   format.json            the format's version
//   objects/ab/<key>.h5    an action's outputs
//   records/ab/<key>.json  what is known of it; written after the file. Its mtime is the last use
//   checkpoints/<key>.h5   the state of an action that has not finished
//   states/ab/<key>.h5     that of one that has, and that a longer one may go on from
//   families/ab/<family>/<value>_<key>  which those are, by their families; see families.h
//   locks/<key>            who computes the action; locks/<id>: that a run lives
//   locks/.commit          see Store and ShortLock
//   locks/.roots           see RootsLock
//   runs/<pipeline>/       the history of runs; see runs.h
//   pins/<key>             gc keeps these
//   files/ab/<digest>.json digests of files outside, by the digest of the path
//   tmp/                   files under construction
// Besides, "<name>.damaged-1" and so on is what stood in the place of one of these and was none,
// such as a folder with files of somebody's (see places.h). It is nobody's to remove but a
// person's.

namespace pipeline::cache {

/// Of the files that hold outputs.
inline constexpr const char* kExtension = ".h5";
/// Of everything below; a cache of another format is refused.
inline constexpr int kFormat = 1;

struct Layout {
  std::filesystem::path root;

  std::filesystem::path format() const { return root / "format.json"; }
  std::filesystem::path objects() const { return root / "objects"; }
  std::filesystem::path object(const std::string& key) const {
    return objects() / key.substr(0, 2) / (key + kExtension);
  }
  std::filesystem::path records() const { return root / "records"; }
  std::filesystem::path record(const std::string& key) const { return record_name(key); }
  /// As text, which a plan of many stages has sooner than a path taken to pieces.
  std::string record_name(const std::string& key) const {
    return root.native() + "/records/" + key.substr(0, 2) + "/" + key + ".json";
  }
  std::filesystem::path checkpoints() const { return root / "checkpoints"; }
  std::filesystem::path checkpoint(const std::string& key) const {
    return checkpoints() / (key + kExtension);
  }
  std::filesystem::path states() const { return root / "states"; }
  std::filesystem::path state(const std::string& key) const {
    return states() / key.substr(0, 2) / (key + kExtension);
  }
  std::filesystem::path families() const { return root / "families"; }
  std::filesystem::path family(const std::string& family) const {
    return families() / family.substr(0, 2) / family;
  }
  std::filesystem::path locks() const { return root / "locks"; }
  std::filesystem::path commit_lock() const { return locks() / ".commit"; }
  std::filesystem::path runs() const { return root / "runs"; }
  std::filesystem::path pins() const { return root / "pins"; }
  std::filesystem::path files() const { return root / "files"; }
  std::filesystem::path tmp() const { return root / "tmp"; }
};

}  // namespace pipeline::cache
