// Text of a caller as an error or the log repeats it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace baton::core {

// As it is, or its first `most_bytes` bytes at most, cut between two characters, and "…". A length in bytes, not in characters: it is for what
// has room for so many.
std::string shortened(std::string_view text, size_t most_bytes);

}  // namespace baton::core
