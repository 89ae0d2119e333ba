#pragma once
#include <string>
#include <string_view>

// Who we are, for those who find our locks and unfinished files.

namespace pipeline::cache {

std::string host_name();
/// Of the running kernel; on one kernel flock() tells whether a file's owner lives. All containers
/// on a machine share it, machines never do. "unknown" where the system does not tell.
const std::string& boot_id();
/// For a temporary file: nobody else's, on any machine, now or later. Begins with boot_id().
std::string unique_name();
/// unique_name() may have given it.
bool is_unique_name(std::string_view name);
/// This process and no other, on any machine and in any container, where its number may be
/// another's, too: 32 random hex digits.
std::string process_id();

}  // namespace pipeline::cache
