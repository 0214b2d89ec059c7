#include "baton/reply.h"

#include <utility>

namespace baton {
namespace {

std::string describe(const std::string& what, const Reply& reply) {
  std::string text = what + (reply.rejected ? " was rejected: " : " failed: ") + reply.reason;
  if (reply.payload && reply.payload->content_type == kTextType &&
      reply.payload->encoding.empty()) {
    text += ": " + reply.payload->data;
  }
  return text;
}

}  // namespace

ReplyFailed::ReplyFailed(const std::string& what, Reply reply)
    : std::runtime_error(describe(what, reply)),
      reply_(std::make_shared<const Reply>(std::move(reply))) {}

UpdateFailed::UpdateFailed(std::string_view update, Reply reply)
    : ReplyFailed("update " + std::string(update), std::move(reply)) {}

QueryFailed::QueryFailed(std::string_view query, Reply reply)
    : ReplyFailed("query " + std::string(query), std::move(reply)) {}

}  // namespace baton
