#include "coordinator/core/shortened.h"

namespace baton::core {

std::string shortened(std::string_view text, size_t most_bytes) {
  if (text.size() <= most_bytes) return std::string(text);
  size_t end = most_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // in the middle of a character
  return std::string(text.substr(0, end)) + "\u2026";
}

}  // namespace baton::core
