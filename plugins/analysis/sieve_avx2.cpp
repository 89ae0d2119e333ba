#include "sieve_kernels.h"

namespace pipeline::analysis {
extern const Sieve kSieveAvx2 = {products, differences};
}
