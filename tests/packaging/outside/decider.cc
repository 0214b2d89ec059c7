// usage: outside-decider ADDRESS
#include <baton/decider.h>

#include "welcome.h"

int main(int, char** argv) {
  baton::Client client(argv[1], kDomain);
  client.ensure_domain();
  baton::Decider decider(client, kDecisions);
  decider.on(welcome, welcome_code);
  return decider.run(baton::until_signal());
}
