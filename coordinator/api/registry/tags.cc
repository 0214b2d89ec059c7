#include <algorithm>
#include <set>

#include "coordinator/api/backend.h"
#include "coordinator/api/registry/edits.h"
#include "coordinator/core/fault.h"
#include "coordinator/core/names.h"

namespace baton::api::registry {
namespace {

constexpr std::string_view kPrefix = "baton:domain/";

absl::Status check_resource(const std::string& resource) {
  const std::string domain = domain_of_resource(resource);
  if (domain.empty()) return core::invalid_field("resource", "must be \"baton:domain/NAME\"");
  return core::check_name("resource", domain);
}

// More are refused when they are put: a domain has no room for them.
absl::Status check_not_empty(std::string_view field, int count) {
  return count > 0 ? absl::OkStatus() : core::invalid_field(field, "is empty: give 1 to " + std::to_string(core::kMaxTagsPerDomain));
}

absl::Status check_each_once(const google::protobuf::RepeatedPtrField<v1::ResourceTag>& tags) {
  std::set<std::string_view> seen;
  for (int i = 0; i < tags.size(); ++i) {
    if (seen.insert(tags[i].key()).second) continue;
    return core::invalid_field("tags[" + std::to_string(i) + "].key", "comes twice: give each key once");
  }
  return absl::OkStatus();
}

Edit changed(store::DomainRow row) {
  store::Store::RegistryChange change;
  change.put_domains.push_back(std::move(row));
  return change;
}

}  // namespace

std::string domain_of_resource(const std::string& resource) {
  return resource.compare(0, kPrefix.size(), kPrefix) == 0 ? resource.substr(kPrefix.size()) : "";
}
std::string resource_of_domain(const std::string& domain) { return std::string(kPrefix) + domain; }

absl::Status check_tags(const std::string& field, const google::protobuf::RepeatedPtrField<v1::ResourceTag>& tags) {
  for (int i = 0; i < tags.size(); ++i) {
    const std::string tag = field + "[" + std::to_string(i) + "]";
    if (absl::Status s = core::check_resource_tag_key(tag + ".key", tags[i].key()); !s.ok()) return s;
    if (absl::Status s = core::check_resource_tag_value(tag + ".value", tags[i].value()); !s.ok()) return s;
  }
  return absl::OkStatus();
}

absl::Status put_tags(const google::protobuf::RepeatedPtrField<v1::ResourceTag>& tags, store::DomainRow& domain) {
  for (const v1::ResourceTag& tag : tags) {
    const auto found = std::find_if(domain.tags.begin(), domain.tags.end(), [&](const auto& there) { return there.first == tag.key(); });
    if (found != domain.tags.end()) {
      found->second = tag.value();
    } else {
      domain.tags.emplace_back(tag.key(), tag.value());
    }
  }
  if (domain.tags.size() <= core::kMaxTagsPerDomain) return absl::OkStatus();
  return core::fault(v1::TOO_MANY_TAGS, "tags",
                     "tags: domain " + domain.name + " would have " + std::to_string(domain.tags.size()) + " tags; at most " +
                         std::to_string(core::kMaxTagsPerDomain) + " are allowed");
}

absl::Status check(const v1::TagResourceRequest& request) {
  if (absl::Status s = check_resource(request.resource()); !s.ok()) return s;
  if (absl::Status s = check_not_empty("tags", request.tags_size()); !s.ok()) return s;
  if (absl::Status s = check_tags("tags", request.tags()); !s.ok()) return s;
  if (absl::Status s = check_each_once(request.tags()); !s.ok()) return s;
  return core::check_request_id("request_id", request.request_id());
}

absl::Status check(const v1::UntagResourceRequest& request) {
  if (absl::Status s = check_resource(request.resource()); !s.ok()) return s;
  if (absl::Status s = check_not_empty("tag_keys", request.tag_keys_size()); !s.ok()) return s;
  if (request.tag_keys_size() > core::kMaxTagsPerDomain) {
    return core::invalid_field("tag_keys", "has " + std::to_string(request.tag_keys_size()) + " keys: at most " +
                                               std::to_string(core::kMaxTagsPerDomain) + " are allowed");
  }
  for (int i = 0; i < request.tag_keys_size(); ++i) {
    if (absl::Status s = core::check_resource_tag_key("tag_keys[" + std::to_string(i) + "]", request.tag_keys(i)); !s.ok()) return s;
  }
  return core::check_request_id("request_id", request.request_id());
}

Edit edit(const Dump& dump, const v1::TagResourceRequest& request, const EditContext&) {
  const auto* row = find_domain(dump, domain_of_resource(request.resource()));
  if (row == nullptr) return unknown_domain(domain_of_resource(request.resource()));
  store::DomainRow tagged = *row;
  if (absl::Status s = put_tags(request.tags(), tagged); !s.ok()) return s;
  return changed(std::move(tagged));
}

Edit edit(const Dump& dump, const v1::UntagResourceRequest& request, const EditContext&) {
  const auto* row = find_domain(dump, domain_of_resource(request.resource()));
  if (row == nullptr) return unknown_domain(domain_of_resource(request.resource()));
  store::DomainRow untagged = *row;
  std::erase_if(untagged.tags, [&](const auto& tag) {
    return std::find(request.tag_keys().begin(), request.tag_keys().end(), tag.first) != request.tag_keys().end();
  });
  return changed(std::move(untagged));
}

}  // namespace baton::api::registry
