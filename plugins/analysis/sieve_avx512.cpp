#include "sieve_kernels.h"

namespace pipeline::analysis {
extern const Sieve kSieveAvx512 = {products, differences};
}
