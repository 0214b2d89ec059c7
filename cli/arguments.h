// What users write on the command line, as values. Errors are CLI::ValidationError: they end as a usage error.
#pragma once

#include <optional>
#include <string>

#include "baton/client.h"
#include "baton/names.h"
#include "baton/payload.h"
#include "baton/timeout.h"

namespace baton::cli {

// "500ms", "30s", "5m", "1h", "7d", also with a fraction; "none".
Timeout parse_timeout(const std::string& option, const std::string& text);
// "NAME:VERSION"; a name has no colon, a version may.
TypeName parse_type(const std::string& text);
ChildPolicy parse_child_policy(const std::string& text);
CloseStatus parse_close_status(const std::string& text);
// "2026-01-31", "2026-01-31T09:15:00Z", or a duration: so long ago.
TimePoint parse_time(const std::string& option, const std::string& text);
// What lists are filtered by: "NAME=VALUE", "NAME>=VALUE" or "NAME<=VALUE", several of one name for a range.
void add_attribute_filter(const std::string& text, ListFilter& filter);
// JSON when it is JSON, else text. `from` "-": standard input; "@FILE": the file's bytes; anything else is the payload itself.
Payload read_payload(const std::string& from);

}  // namespace baton::cli
