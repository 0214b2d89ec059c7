// A message and everything in it in one piece of memory: made and let go with a few allocations,
// however many parts it has. Private.
#pragma once

#include <google/protobuf/arena.h>

#include <memory>

namespace baton {

// Empty, and it lives as long as somebody refers to it or, by the aliasing constructor of
// shared_ptr, to a part of it. What is moved or swapped between it and other memory is copied.
template <class Message>
std::shared_ptr<Message> make_in_arena() {
  google::protobuf::ArenaOptions options;
  options.start_block_size = 4 * 1024;
  options.max_block_size = 64 * 1024;
  auto arena = std::make_shared<google::protobuf::Arena>(options);
  auto* const message = google::protobuf::Arena::CreateMessage<Message>(arena.get());
  return {std::move(arena), message};
}

}  // namespace baton
