// usage: outside-client ADDRESS WORKFLOW-ID
// Registers what the execution needs, starts it and prints its result.
#include <baton/client.h>

#include <iostream>

#include "greetings.h"

int main(int, char** argv) try {
  baton::Client client(argv[1], kDomain);
  client.ensure_domain();
  client.ensure_workflow_type({std::string(welcome.name), std::string(welcome.version)}, {.task_list = kDecisions});
  client.ensure_activity_type({std::string(greet.name), std::string(greet.version)}, {.task_list = kActivities});
  std::cout << client.start(welcome, argv[2], "Ann").result() << std::endl;
  return 0;
} catch (const std::exception& error) {
  std::cerr << "outside-client: " << error.what() << std::endl;
  return 1;
}
