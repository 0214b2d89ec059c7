// Typed attributes of a run that lists and counts filter by (beyond SWF): what they may be, and their form in the store.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "baton/journal/v1/values.pb.h"
#include "baton/v1/common.pb.h"
#include "google/protobuf/map.h"

namespace baton::core {

using ApiSearchAttributes = google::protobuf::Map<std::string, baton::v1::SearchAttribute>;
using JournalSearchAttributes = google::protobuf::Map<std::string, baton::journal::v1::SearchAttribute>;
// Of a run, by name.
using SearchAttributes = std::map<std::string, baton::journal::v1::SearchAttribute>;

absl::Status check_search_attribute(const std::string& field, const baton::v1::SearchAttribute& attribute);
// Names, values and how many.
absl::Status check_search_attributes(const std::string& field, const ApiSearchAttributes& attributes);

baton::journal::v1::SearchAttribute to_journal(const baton::v1::SearchAttribute& attribute);
void to_journal(const ApiSearchAttributes& attributes, JournalSearchAttributes* kept);
void to_api(const baton::journal::v1::SearchAttribute& attribute, baton::v1::SearchAttribute* shown);

// Bytes that are ordered as the values are, those of one kind together; of `attribute`, which has a value.
std::string sortable_bytes(const baton::journal::v1::SearchAttribute& attribute);
// What comes before and what comes after every value of its kind.
std::string before_its_kind(const baton::journal::v1::SearchAttribute& attribute);
std::string after_its_kind(const baton::journal::v1::SearchAttribute& attribute);

}  // namespace baton::core
