// Bytes nobody can guess: secrets and nonces.
#pragma once

#include <string>

namespace baton::store::postgres {

// From the kernel (getentropy); at most 256.
std::string random_bytes(size_t count);

}  // namespace baton::store::postgres
