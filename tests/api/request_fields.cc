#include "tests/api/request_fields.h"

#include "tests/api/any_call.h"

namespace baton::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;

// Durations and timestamps are values.
bool has_fields(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && field->message_type()->file()->package() == "baton.v1";
}

FieldPath with(const FieldPath& path, const FieldDescriptor* field) {
  FieldPath longer{path.steps, nullptr};
  longer.steps.push_back(field);
  return longer;
}

FieldPath with(const FieldPath& path, const OneofDescriptor* oneof) { return {path.steps, oneof}; }

void add_fields(const Descriptor& type, const FieldPath& place, std::vector<FieldPath>& paths) {
  for (int i = 0; i < type.real_oneof_decl_count(); ++i) paths.push_back(with(place, type.oneof_decl(i)));
  for (int i = 0; i < type.field_count(); ++i) {
    paths.push_back(with(place, type.field(i)));
    if (has_fields(type.field(i))) add_fields(*type.field(i)->message_type(), FieldPath(paths.back()), paths);
  }
}

Message& element(Message& parent, const FieldDescriptor* field, const FieldPath& place, Samples& samples) {
  const auto& reflection = *parent.GetReflection();
  if (field->is_repeated() && reflection.FieldSize(parent, field) > 0) return *reflection.MutableRepeatedMessage(&parent, field, 0);
  const bool there = !field->is_repeated() && reflection.HasField(parent, field);
  Message& made = field->is_repeated() ? *reflection.AddMessage(&parent, field) : *reflection.MutableMessage(&parent, field);
  if (!there) complete(made, place, samples);
  return made;
}

void put_sample(Message& message, const FieldPath& path, const Bound& bound, Samples& samples) {
  if (path.field()->is_repeated() || has_fields(path.field())) return fill(message, path, 1, samples);
  bound.sample.put(message, path.field(), samples);
}

bool has_any_of(const Message& message, const OneofDescriptor* oneof) { return message.GetReflection()->HasOneof(message, oneof); }

void without(std::string& text, const std::string& beginning) {
  if (text.compare(0, beginning.size(), beginning) == 0) text.erase(0, beginning.size());
}

// What comes back about an item is named as in the call of its own.
std::string as_in_its_own_call(const Message& request, std::string name) {
  if (request.GetDescriptor()->name() == "SignalWithStartWorkflowExecutionRequest") without(name, "start.");
  if (name != "items[0]") without(name, "items[0].");
  for (const char* part : {"answers[0].", "heartbeats[0].", "completed.", "failed.", "canceled."}) without(name, part);
  return name;
}

}  // namespace

std::vector<std::string> FieldPath::keys() const {
  std::vector<std::string> keys;
  const size_t last = steps.size() + (oneof != nullptr ? 1 : 0);
  for (size_t from = 0; from < last; ++from) {
    std::string key = from < steps.size() ? steps[from]->containing_type()->name() : oneof->containing_type()->name();
    for (size_t i = from; i < steps.size(); ++i) key += "." + steps[i]->name();
    if (oneof != nullptr) key += "." + oneof->name();
    keys.push_back(key);
  }
  return keys;
}

bool FieldPath::is_member_of_oneof() const { return oneof == nullptr && field()->real_containing_oneof() != nullptr; }

std::vector<FieldPath> fields_of(const Descriptor& request) {
  std::vector<FieldPath> paths;
  add_fields(request, {}, paths);
  return paths;
}

Row row_of(const FieldPath& path) {
  for (const std::string& key : path.keys()) {
    if (const auto found = field_bounds().find(key); found != field_bounds().end()) return {key, &found->second};
  }
  return {};
}

void complete(Message& message, const FieldPath& place, Samples& samples) {
  const Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldPath path = with(place, type.field(i));
    const Bound* bound = row_of(path).bound;
    if (path.is_member_of_oneof() || bound == nullptr || !(bound->required || bound->in_base)) continue;
    put_sample(message, path, *bound, samples);
  }
  for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
    const OneofDescriptor* oneof = type.oneof_decl(i);
    const Bound* bound = row_of(with(place, oneof)).bound;
    if (bound == nullptr || !bound->required || has_any_of(message, oneof)) continue;
    bound->sample.put(message, nullptr, samples);
    const FieldDescriptor* member = message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
    if (has_fields(member)) complete(*message.GetReflection()->MutableMessage(&message, member), with(place, member), samples);
  }
}

std::unique_ptr<Message> base_request(const Descriptor& type, Samples& samples) {
  auto request = new_message(type);
  complete(*request, {}, samples);
  return request;
}

Message& parent_of(Message& request, const FieldPath& path, Samples& samples) {
  Message* at = &request;
  FieldPath place;
  const size_t deep = path.oneof != nullptr ? path.steps.size() : path.steps.size() - 1;
  for (size_t i = 0; i < path.steps.size(); ++i) {
    place = with(place, path.steps[i]);
    const Bound* bound = row_of(place).bound;
    if (bound != nullptr && !bound->instead_of.empty()) {
      at->GetReflection()->ClearField(at, at->GetDescriptor()->FindFieldByName(bound->instead_of));
    }
    if (i < deep) at = &element(*at, path.steps[i], place, samples);
  }
  return *at;
}

void fill(Message& parent, const FieldPath& path, int count, Samples& samples) {
  const auto& reflection = *parent.GetReflection();
  const FieldDescriptor* field = path.field();
  reflection.ClearField(&parent, field);
  if (!field->is_repeated()) return complete(*reflection.MutableMessage(&parent, field), path, samples);
  const Bound& bound = *row_of(path).bound;
  for (int i = 0; i < count; ++i) {
    if (has_fields(field)) {
      complete(*reflection.AddMessage(&parent, field), path, samples);
      continue;
    }
    // A sample is the one element of what it is put into.
    const std::unique_ptr<Message> one(parent.New());
    bound.sample.put(*one, field, samples);
    reflection.AddString(&parent, field, reflection.GetRepeatedString(*one, field, 0));
  }
}

std::string name_of(const Message& request, const FieldPath& path, bool of_element) {
  std::string name;
  const Message* at = &request;
  for (size_t i = 0; i < path.steps.size(); ++i) {
    const FieldDescriptor* field = path.steps[i];
    const bool last = i + 1 == path.steps.size();
    const std::string& holder = field->containing_type()->name();
    if (holder == "Timeout" || (holder == "Payload" && field->name() == "data")) break;  // it goes by the name of what holds it
    if (field->containing_type()->options().map_entry()) {
      if (field->name() == "key") {
        name += " key";
      } else {
        name += "[" + at->GetReflection()->GetString(*at, at->GetDescriptor()->FindFieldByName("key")) + "]";
      }
    } else {
      name += (name.empty() ? "" : ".") + field->name();
      if (field->is_repeated() && !field->is_map() && (!last || of_element || path.oneof != nullptr)) name += "[0]";
    }
    if (last || !has_fields(field)) continue;
    const auto& reflection = *at->GetReflection();
    at = field->is_repeated() ? &reflection.GetRepeatedMessage(*at, field, 0) : &reflection.GetMessage(*at, field);
  }
  return as_in_its_own_call(request, name);
}

}  // namespace baton::testing
