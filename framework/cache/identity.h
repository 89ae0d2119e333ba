#pragma once
#include <cstdint>
#include <string>
#include <string_view>

// Who we are, for those who find our locks and unfinished files.

namespace pipeline::cache {

std::string host_name();
/// Of the running kernel; on one kernel flock() tells whether a file's owner lives. All containers
/// on a machine share it, machines never do. "unknown" where the system does not tell.
const std::string& boot_id();
/// When this process started, in clock ticks since boot; with its number unique on a kernel.
std::int64_t process_start();
/// For a temporary file: nobody else's, on any machine, now or later. Begins with boot_id().
std::string unique_name();
/// unique_name() may have given it.
bool is_unique_name(std::string_view name);

}  // namespace pipeline::cache
