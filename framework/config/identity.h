#pragma once
#include <filesystem>
#include <string>

namespace pipeline::config {

/// The place of a pipeline file in a folder, links followed, without ".yaml" and without a leading
/// "pipelines/", unless the folder has the file without that, too: "vae_conv", "thesis/exp". Other
/// extensions stay ("q.yml"), and none becomes a dot ("q."), so that two files of a folder never
/// share a name. "" for a file outside of the folder.
std::string place_in(const std::filesystem::path& folder, const std::filesystem::path& file);

/// What a pipeline is called in histories, records and messages: its file's place in the project,
/// or of a file outside of that its absolute path, links followed.
std::string identity_in(const std::filesystem::path& project, const std::filesystem::path& file);

}  // namespace pipeline::config
