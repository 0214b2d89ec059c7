#include "coded_payloads.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "wire.h"

namespace baton {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using Step = std::function<void(v1::Payload* payload)>;

// The fields of a message type that are payloads or have some inside.
struct Route {
  struct Field {
    const FieldDescriptor* field;
    const Route* inside;
  };
  bool is_payload = false;
  std::vector<Field> fields;
  bool leads_anywhere() const { return is_payload || !fields.empty(); }
};

// Worked out once for each type. No message of Baton's has itself inside.
class Routes {
 public:
  const Route& of(const Descriptor* type) {
    const std::lock_guard lock(mutex_);
    return find(type);
  }

 private:
  const Route& find(const Descriptor* type) {
    if (const auto known = routes_.find(type); known != routes_.end()) return *known->second;
    auto route = std::make_unique<Route>();
    route->is_payload = type == v1::Payload::descriptor();
    for (int i = 0; i < type->field_count() && !route->is_payload; ++i) {
      const FieldDescriptor* const field = type->field(i);
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      const Route& inside = find(field->message_type());
      if (inside.leads_anywhere()) route->fields.push_back({field, &inside});
    }
    return *(routes_[type] = std::move(route));
  }

  std::mutex mutex_;
  std::map<const Descriptor*, std::unique_ptr<Route>> routes_;
};

void walk(const Route& route, Message* message, const Step& step) {
  if (route.is_payload) return step(static_cast<v1::Payload*>(message));
  const auto* const reflection = message->GetReflection();
  for (const auto& [field, inside] : route.fields) {
    if (!field->is_repeated()) {
      if (!reflection->HasField(*message, field)) continue;
      walk(*inside, reflection->MutableMessage(message, field), step);
      continue;
    }
    const int size = reflection->FieldSize(*message, field);
    for (int i = 0; i < size; ++i) {
      walk(*inside, reflection->MutableRepeatedMessage(message, field, i), step);
    }
  }
}

void for_each_payload(Message* message, const Step& step) {
  static Routes& routes = *new Routes;
  walk(routes.of(message->GetDescriptor()), message, step);
}

template <class Change>
Payload changed(Change change) {
  try {
    return change();
  } catch (const PayloadError&) {
    throw;
  } catch (const std::exception& error) {
    throw PayloadError(std::string("the codec failed: ") + error.what());
  } catch (...) {
    throw PayloadError("the codec threw something that is no std::exception");
  }
}

void replace(v1::Payload* payload, Payload by) {
  payload->Clear();
  to_wire(std::move(by), payload);
}

}  // namespace

Payload encoded(const PayloadCodec& codec, Payload payload) {
  return changed([&] { return codec.encode(std::move(payload)); });
}
Payload decoded(const PayloadCodec& codec, Payload payload) {
  return changed([&] { return codec.decode(std::move(payload)); });
}

void encode_payloads(const PayloadCodec* codec, Message* message) {
  if (codec == nullptr) return;
  for_each_payload(message, [codec](v1::Payload* payload) {
    replace(payload, encoded(*codec, from_wire(*payload)));
  });
}

void decode_payloads(const PayloadCodec* codec, Message* message) {
  if (codec == nullptr) return;
  for_each_payload(message, [codec](v1::Payload* payload) {
    replace(payload, decoded(*codec, from_wire(*payload)));
  });
}

void decode_what_can_be(const PayloadCodec* codec, Message* message) {
  if (codec == nullptr) return;
  for_each_payload(message, [codec](v1::Payload* payload) {
    try {
      replace(payload, decoded(*codec, from_wire(*payload)));
    } catch (const PayloadError&) {  // whoever reads it is told so
    }
  });
}

}  // namespace baton
