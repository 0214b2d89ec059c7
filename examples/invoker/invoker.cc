// Calls one function for deciders that ask for it with ScheduleLambdaFunction: POSTs the input to an HTTP endpoint, in the format of AWS
// Lambda's Invoke (POST /2015-03-31/functions/NAME/invocations). The body of the answer is the result; the header X-Amz-Function-Error says
// that it is an error of the function, which fails the call with that body as details.
#include <baton/client.h>
#include <baton/invoker.h>

#include <httplib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <iostream>

namespace {

constexpr int kConnectSeconds = 5;
constexpr int kLongestCallSeconds = 900;  // as long as a function may take

struct Target {
  std::string endpoint;  // "http://127.0.0.1:9000"
  std::string function;
};

baton::Payload payload_of(const httplib::Response& answer) {
  baton::Payload payload;
  payload.data = answer.body;
  payload.content_type = answer.get_header_value("Content-Type");
  return payload;
}

std::optional<baton::Payload> call(const Target& target, const std::optional<baton::Payload>& input) {
  httplib::Client client(target.endpoint);
  client.set_connection_timeout(kConnectSeconds);
  client.set_read_timeout(kLongestCallSeconds);
  const std::string path = "/2015-03-31/functions/" + target.function + "/invocations";
  const std::string content_type = input && !input->content_type.empty() ? input->content_type : "application/json";
  const auto answer = client.Post(path, {{"X-Amz-Invocation-Type", "RequestResponse"}}, input ? input->data : "", content_type);
  if (!answer) throw baton::AttemptFailed("UNREACHABLE", baton::to_payload(target.endpoint + ": " + httplib::to_string(answer.error())));
  if (answer->status != 200) throw baton::AttemptFailed("HTTP_" + std::to_string(answer->status), payload_of(*answer));
  if (answer->has_header("X-Amz-Function-Error")) {
    throw baton::AttemptFailed(answer->get_header_value("X-Amz-Function-Error"), payload_of(*answer));
  }
  return answer->body.empty() ? std::nullopt : std::make_optional(payload_of(*answer));
}

// As it stands in a path.
std::string why_no_function(const std::string& name) {
  const auto is_plain = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; };
  return std::all_of(name.begin(), name.end(), is_plain) ? "" : "a function of HTTP has letters, digits, '-', '_' and '.' in its name";
}

}  // namespace

int main(int argc, char** argv) {
  std::string address = "127.0.0.1:7450", domain;
  Target target;
  int slots = 16;
  CLI::App app{"Calls one function over HTTP, in the format of AWS Lambda's Invoke"};
  app.add_option("--address", address, "The coordinator, host:port")->envname("BATON_ADDRESS")->capture_default_str();
  app.add_option("--domain", domain)->envname("BATON_DOMAIN")->required();
  app.add_option("--function", target.function, "Whose calls it makes")->check(why_no_function)->required();
  app.add_option("--endpoint", target.endpoint, "Where the function is, for example http://127.0.0.1:9000")->required();
  app.add_option("--slots", slots, "How many calls at once")->check(CLI::Range(1, 1000))->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  try {
    baton::Client client(address, domain);
    baton::Invoker invoker(client, target.function, {.slots = slots});
    invoker.on_call([&](baton::Attempt&, const std::optional<baton::Payload>& input) { return call(target, input); });
    return invoker.run(baton::until_signal());
  } catch (const baton::Error& error) {
    std::cerr << "http-invoker: " << error.what() << std::endl;
    return 4;
  }
}
