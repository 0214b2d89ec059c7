// Every stored event, with every field filled, must arrive whole in the event that the API shows.
// The comparison below works on field names and knows nothing of the code under test.
#include "coordinator/core/history_view.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "baton/journal/v1/event.pb.h"
#include "baton/v1/history_event.pb.h"
#include "baton/v1/options.pb.h"
#include "coordinator/core/run_id.h"

namespace baton::core {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using Differences = std::vector<std::string>;
namespace journal = baton::journal::v1;

constexpr int kSwfEventCount = 54;
constexpr int kEventCount = 62;
constexpr int kFirstAttributesNumber = 11;

// What the journal keeps for itself; the API has no such field.
const std::set<std::string> kNotShown = {
    "baton.journal.v1.WorkflowExecutionStartedAttributes.domain",
    "baton.journal.v1.WorkflowExecutionStartedAttributes.execution",
    "baton.journal.v1.StartChildWorkflowExecutionInitiatedAttributes.child_run_id",
};

const FieldDescriptor* attributes_field(const Descriptor* event, int index) {
  return event->oneof_decl(0)->field(index);
}

// --- filling
// --------------------------------------------------------------------------------------

// Gives every field of a message a value that occurs nowhere else in it.
class Filler {
 public:
  void fill(Message* message) {
    const Descriptor* type = message->GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (const auto* choice = field->real_containing_oneof()) {
        if (field->index_in_oneof() == 0) set(message, choice->field(choices_++ % choice->field_count()));
      } else if (!field->is_repeated()) {
        set(message, field);
      } else {
        add(message, field);
        add(message, field);
      }
    }
  }

 private:
  std::string text() { return "text-" + std::to_string(++last_); }

  std::string run_id() {
    std::string bytes(16, '\0');
    for (char& byte : bytes) byte = static_cast<char>(++last_ * 37);
    return bytes;
  }

  static bool is_run_id(const FieldDescriptor* field) {
    return field->type() == FieldDescriptor::TYPE_BYTES &&
           std::string_view(field->name()).ends_with("run_id");
  }

  void set(Message* message, const FieldDescriptor* field) {
    const Reflection* to = message->GetReflection();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return to->SetString(message, field, is_run_id(field) ? run_id() : text());
      case FieldDescriptor::CPPTYPE_INT64:
        return to->SetInt64(message, field, ++last_ * 1'000 + 7);  // seconds and a fraction
      case FieldDescriptor::CPPTYPE_INT32:
        return to->SetInt32(message, field, ++last_);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return to->SetDouble(message, field, ++last_ + 0.5);
      case FieldDescriptor::CPPTYPE_ENUM: {
        const EnumDescriptor* type = field->enum_type();
        return to->SetEnumValue(message, field, type->value(type->value_count() - 1)->number());
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        return to->SetBool(message, field, true);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return fill(to->MutableMessage(message, field));
      default:
        FAIL() << "teach the test about the type of " << field->full_name();
    }
  }

  void add(Message* message, const FieldDescriptor* field) {
    const Reflection* to = message->GetReflection();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return to->AddString(message, field, text());
      case FieldDescriptor::CPPTYPE_MESSAGE:  // an entry of a map
        return fill(to->AddMessage(message, field));
      default:
        FAIL() << "teach the test about the repeated type of " << field->full_name();
    }
  }

  int last_ = 0;
  int choices_ = 0;
};

journal::Event filled_event(int index) {
  journal::Event event;
  event.set_time_ms(1'700'000'000'123);
  const FieldDescriptor* attributes = attributes_field(journal::Event::descriptor(), index);
  Filler().fill(event.GetReflection()->MutableMessage(&event, attributes));
  return event;
}

// --- comparing
// ------------------------------------------------------------------------------------

Differences compare(const Message& kept, const Message& shown);

// "heartbeat_timeout_ms" is shown as "heartbeat_timeout".
std::string shown_name(const FieldDescriptor* kept) {
  std::string name = kept->name();
  if (std::string_view(name).ends_with("_ms")) name.resize(name.size() - 3);
  return name;
}

int64_t get_int64(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field->cpp_type() == FieldDescriptor::CPPTYPE_INT32
             ? message.GetReflection()->GetInt32(message, field)
             : message.GetReflection()->GetInt64(message, field);
}

int64_t ms_of(const Message& shown) {
  if (shown.GetDescriptor()->name() == "Timeout") {
    const FieldDescriptor* after = shown.GetDescriptor()->FindFieldByName("after");
    return ms_of(shown.GetReflection()->GetMessage(shown, after));
  }
  return get_int64(shown, "seconds") * 1'000 + get_int64(shown, "nanos") / 1'000'000;
}

std::string name_of(const Message& task_list) {
  const FieldDescriptor* name = task_list.GetDescriptor()->FindFieldByName("name");
  return task_list.GetReflection()->GetString(task_list, name);
}

// Compares a field that is neither repeated nor absent.
Differences compare_value(const Message& kept, const FieldDescriptor* from, const Message& shown,
                          const FieldDescriptor* to) {
  const Reflection* kept_values = kept.GetReflection();
  const Reflection* shown_values = shown.GetReflection();
  const Differences wrong = {from->full_name() + " does not arrive"};
  const auto unless = [&wrong](bool same) { return same ? Differences{} : wrong; };
  if (to->message_type() != nullptr) {
    const Message& value = shown_values->GetMessage(shown, to);
    if (from->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
      return unless(ms_of(value) == kept_values->GetInt64(kept, from));
    }
    if (from->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      return unless(name_of(value) == kept_values->GetString(kept, from));
    }
    return compare(kept_values->GetMessage(kept, from), value);
  }
  if (from->cpp_type() != to->cpp_type()) return wrong;
  switch (from->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string expected = kept_values->GetString(kept, from);
      if (from->type() == FieldDescriptor::TYPE_BYTES &&
          to->type() == FieldDescriptor::TYPE_STRING) {
        expected = RunId::from_bytes(expected).value().to_text();
      }
      return unless(shown_values->GetString(shown, to) == expected);
    }
    case FieldDescriptor::CPPTYPE_INT64:
      return unless(shown_values->GetInt64(shown, to) == kept_values->GetInt64(kept, from));
    case FieldDescriptor::CPPTYPE_INT32:
      return unless(shown_values->GetInt32(shown, to) == kept_values->GetInt32(kept, from));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return unless(shown_values->GetDouble(shown, to) == kept_values->GetDouble(kept, from));
    case FieldDescriptor::CPPTYPE_BOOL:
      return unless(shown_values->GetBool(shown, to) == kept_values->GetBool(kept, from));
    case FieldDescriptor::CPPTYPE_ENUM:
      return unless(shown_values->GetEnumValue(shown, to) == kept_values->GetEnumValue(kept, from));
    default:
      return {"teach the test about the type of " + from->full_name()};
  }
}

// The values of a repeated string.
std::multiset<std::string> elements(const Message& message, const FieldDescriptor* field) {
  std::multiset<std::string> all;
  const Reflection* values = message.GetReflection();
  for (int i = 0; i < values->FieldSize(message, field); ++i) {
    all.insert(values->GetRepeatedString(message, field, i));
  }
  return all;
}

bool has_equal(const Message& entry, const Message& shown, const FieldDescriptor* field) {
  for (int i = 0; i < shown.GetReflection()->FieldSize(shown, field); ++i) {
    if (compare(entry, shown.GetReflection()->GetRepeatedMessage(shown, field, i)).empty()) return true;
  }
  return false;
}

// Two fields that are maps.
bool same_entries(const Message& kept, const FieldDescriptor* from, const Message& shown, const FieldDescriptor* to) {
  const int count = kept.GetReflection()->FieldSize(kept, from);
  if (count != shown.GetReflection()->FieldSize(shown, to)) return false;
  for (int i = 0; i < count; ++i) {
    if (!has_equal(kept.GetReflection()->GetRepeatedMessage(kept, from, i), shown, to)) return false;
  }
  return true;
}

Differences compare_field(const Message& kept, const FieldDescriptor* from, const Message& shown) {
  const FieldDescriptor* to = shown.GetDescriptor()->FindFieldByName(shown_name(from));
  if (kNotShown.contains(from->full_name())) {
    return to == nullptr ? Differences{} : Differences{from->full_name() + " is shown"};
  }
  if (to == nullptr || to->is_repeated() != from->is_repeated()) {
    return {from->full_name() + " has no counterpart"};
  }
  if (from->is_repeated()) {
    const bool same = from->is_map() ? same_entries(kept, from, shown, to) : elements(kept, from) == elements(shown, to);
    return same ? Differences{} : Differences{from->full_name() + " does not arrive"};
  }
  if (from->real_containing_oneof() != nullptr && !kept.GetReflection()->HasField(kept, from)) return {};
  if (!shown.GetReflection()->HasField(shown, to)) return {from->full_name() + " is not set"};
  return compare_value(kept, from, shown, to);
}

// What of `kept`, a filled journal message, is not in `shown`, and what `shown` could hold that
// `kept` does not know.
Differences compare(const Message& kept, const Message& shown) {
  Differences all;
  std::set<std::string> names;
  for (int i = 0; i < kept.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = kept.GetDescriptor()->field(i);
    names.insert(shown_name(field));
    for (std::string& difference : compare_field(kept, field, shown)) {
      all.push_back(std::move(difference));
    }
  }
  for (int i = 0; i < shown.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = shown.GetDescriptor()->field(i);
    if (!names.contains(field->name())) all.push_back(field->full_name() + " is not kept");
  }
  return all;
}

const Message& attributes_of(const Message& event, int index) {
  return event.GetReflection()->GetMessage(event, attributes_field(event.GetDescriptor(), index));
}

// Every message below `message` and itself, each with one set field cleared.
void for_each_loss(const Message& whole, const std::function<void(const Message&)>& visit) {
  std::vector<const FieldDescriptor*> fields;
  whole.GetReflection()->ListFields(whole, &fields);
  const std::unique_ptr<Message> copy(whole.New());
  for (const FieldDescriptor* field : fields) {
    copy->CopyFrom(whole);
    copy->GetReflection()->ClearField(copy.get(), field);
    visit(*copy);
    if (field->is_repeated() || field->message_type() == nullptr) continue;
    for_each_loss(whole.GetReflection()->GetMessage(whole, field), [&](const Message& poorer) {
      copy->CopyFrom(whole);
      copy->GetReflection()->MutableMessage(copy.get(), field)->CopyFrom(poorer);
      visit(*copy);
    });
  }
}

// --- tests
// ----------------------------------------------------------------------------------------

TEST(HistoryViewTest, BothFormsKnowTheSameEventsByTheSameNamesAndNumbers) {
  const auto* kept = journal::Event::descriptor()->oneof_decl(0);
  const auto* shown = v1::HistoryEvent::descriptor()->oneof_decl(0);
  ASSERT_EQ(kept->field_count(), kEventCount);
  ASSERT_EQ(shown->field_count(), kEventCount);
  for (int i = 0; i < kEventCount; ++i) {
    EXPECT_EQ(kept->field(i)->name(), shown->field(i)->name());
    EXPECT_EQ(kept->field(i)->number(), kFirstAttributesNumber + i);
    EXPECT_EQ(shown->field(i)->number(), kFirstAttributesNumber + i);
    EXPECT_EQ(kept->field(i)->message_type()->name(), shown->field(i)->message_type()->name());
    EXPECT_EQ(shown->field(i)->options().HasExtension(v1::beyond_swf), i >= kSwfEventCount) << shown->field(i)->name();
  }
}

TEST(HistoryViewTest, AnEventTypeIsItsFieldNumberLessTen) {
  const auto* attributes = v1::HistoryEvent::descriptor()->oneof_decl(0);
  const EnumDescriptor* types = v1::EventType_descriptor();
  ASSERT_EQ(types->value_count(), kEventCount + 1);
  for (int i = 0; i < kEventCount; ++i) {
    const auto* type = types->FindValueByNumber(attributes->field(i)->number() - 10);
    ASSERT_NE(type, nullptr);
    std::string name = "EVENT_TYPE_";
    for (char letter : attributes->field(i)->name()) {
      name += static_cast<char>(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
    }
    EXPECT_EQ(type->name(), name);
  }
}

TEST(HistoryViewTest, EveryFieldOfEveryEventArrives) {
  for (int i = 0; i < kEventCount; ++i) {
    const journal::Event event = filled_event(i);
    const v1::HistoryEvent shown = to_history_event(event, 42);
    EXPECT_EQ(shown.event_id(), 42);
    EXPECT_EQ(shown.event_time().seconds(), 1'700'000'000);
    EXPECT_EQ(shown.event_time().nanos(), 123'000'000);
    ASSERT_EQ(static_cast<int>(shown.attributes_case()), static_cast<int>(event.attributes_case()));
    EXPECT_EQ(compare(attributes_of(event, i), attributes_of(shown, i)), Differences{});
  }
}

TEST(HistoryViewTest, TheComparisonNoticesEveryFieldThatIsLost) {
  int losses = 0;
  for (int i = 0; i < kEventCount; ++i) {
    const journal::Event event = filled_event(i);
    const v1::HistoryEvent shown = to_history_event(event, 1);
    for_each_loss(attributes_of(shown, i), [&](const Message& poorer) {
      ++losses;
      EXPECT_NE(compare(attributes_of(event, i), poorer), Differences{}) << poorer.DebugString();
    });
  }
  EXPECT_GT(losses, 2 * kEventCount);
}

TEST(HistoryViewTest, WhatIsAbsentInTheJournalIsAbsentInTheView) {
  for (int i = 0; i < kEventCount; ++i) {
    journal::Event event;
    event.GetReflection()->MutableMessage(&event,
                                          attributes_field(journal::Event::descriptor(), i));
    const v1::HistoryEvent shown = to_history_event(event, 1);
    ASSERT_EQ(static_cast<int>(shown.attributes_case()), static_cast<int>(event.attributes_case()));
    EXPECT_EQ(attributes_of(shown, i).ByteSizeLong(), 0U) << shown.DebugString();
  }
}

TEST(HistoryViewTest, AnEmptyTextIsNotAnAbsentOne) {
  journal::Event event;
  event.mutable_decision_task_completed()->set_execution_context("");
  EXPECT_TRUE(to_history_event(event, 1).decision_task_completed().has_execution_context());
}

TEST(HistoryViewTest, ATimeoutOfNoneAndOneOfZeroAreTwoThings) {
  journal::Event event;
  event.mutable_activity_task_scheduled()->set_heartbeat_timeout_ms(-1);
  event.mutable_activity_task_scheduled()->set_start_to_close_timeout_ms(0);
  const v1::HistoryEvent shown = to_history_event(event, 1);
  EXPECT_TRUE(shown.activity_task_scheduled().heartbeat_timeout().none());
  EXPECT_TRUE(shown.activity_task_scheduled().start_to_close_timeout().has_after());
}

TEST(HistoryViewTest, AReusedEventKeepsNothingOfWhatItHeld) {
  v1::HistoryEvent shown = to_history_event(filled_event(0), 1);
  journal::Event event;
  event.mutable_workflow_execution_started();
  to_history_event(event, 7, &shown);
  EXPECT_EQ(shown.SerializeAsString(), to_history_event(event, 7).SerializeAsString());
}

// The enums of the files that the stored event is made of.
void collect_enums(const FileDescriptor* file, std::set<const EnumDescriptor*>* enums) {
  for (int i = 0; i < file->enum_type_count(); ++i) enums->insert(file->enum_type(i));
  for (int i = 0; i < file->dependency_count(); ++i) collect_enums(file->dependency(i), enums);
}

TEST(HistoryViewTest, EveryEnumOfTheJournalHasTheNamesAndNumbersOfTheApis) {
  std::set<const EnumDescriptor*> enums;
  collect_enums(journal::Event::descriptor()->file(), &enums);
  EXPECT_GE(enums.size(), 20U);
  for (const EnumDescriptor* kept : enums) {
    const EnumDescriptor* shown =
        DescriptorPool::generated_pool()->FindEnumTypeByName("baton.v1." + kept->name());
    ASSERT_NE(shown, nullptr) << kept->full_name();
    ASSERT_EQ(kept->value_count(), shown->value_count()) << kept->full_name();
    for (int i = 0; i < kept->value_count(); ++i) {
      EXPECT_EQ(kept->value(i)->name(), shown->value(i)->name());
      EXPECT_EQ(kept->value(i)->number(), shown->value(i)->number());
    }
  }
}

}  // namespace
}  // namespace baton::core
