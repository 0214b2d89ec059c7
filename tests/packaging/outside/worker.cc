// usage: outside-worker ADDRESS
#include <baton/worker.h>

#include "greetings.h"

int main(int, char** argv) {
  baton::Client client(argv[1], kDomain);
  client.ensure_domain();
  baton::Worker worker(client, kActivities);
  worker.on(greet, [](std::string name) { return "hello " + name; });
  return worker.run(baton::until_signal());
}
