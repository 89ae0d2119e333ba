#pragma once

namespace pipeline::cli {

/// Has the heap begin with half a gigabyte of address space that the system may fill with pages of
/// 2 MiB instead of 4 KiB; where it will not, nothing happens. A plan of 100,000 stages is 400 MiB
/// of small pieces, and a quarter of its time went into a hundred thousand page faults.
void prefer_huge_pages();

}  // namespace pipeline::cli
