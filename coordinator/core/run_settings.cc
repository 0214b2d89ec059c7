#include "coordinator/core/run_settings.h"

namespace baton::core {

absl::Status check_tags(const std::string& field, const google::protobuf::RepeatedPtrField<std::string>& tags) {
  if (tags.size() > kMaxTagsPerExecution) {
    return invalid_field(field, "has " + std::to_string(tags.size()) + " tags: at most " + std::to_string(kMaxTagsPerExecution) +
                                    " are allowed");
  }
  for (int i = 0; i < tags.size(); ++i) {
    if (absl::Status s = check_tag(field + "[" + std::to_string(i) + "]", tags[i]); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace baton::core
