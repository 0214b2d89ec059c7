#include "coordinator/store/postgres/random_bytes.h"

#include <unistd.h>

#include <cstdlib>

namespace baton::store::postgres {

std::string random_bytes(size_t count) {
  std::string bytes(count, '\0');
  if (getentropy(bytes.data(), count) != 0) std::abort();  // no kernel that runs this fails
  return bytes;
}

}  // namespace baton::store::postgres
