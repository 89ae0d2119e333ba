#include "sieve_kernels.h"

namespace pipeline::analysis {
extern const Sieve kSieveBaseline = {products, differences};
}
