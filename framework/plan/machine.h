#pragma once
#include "pipeline/value.h"

namespace pipeline::plan {

/// What tells this machine from another in the keys of results that are cached for one alone: the
/// system's identity (a digest of /etc/machine-id, or the host's name) and the processor's name and
/// abilities. The same from one boot to the next; a container may have one of its own.
Value machine_identity();

}  // namespace pipeline::plan
