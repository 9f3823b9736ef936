// Run by the build after linking: does openapi.json describe the routes that are served?
#include <iostream>

#include "daemon/api/api.h"
#include "daemon/api/openapi.h"

int main() {
  using namespace tenggat::http;
  std::vector<Route> routes;
  for (const RouteRow& row : api_rows()) routes.push_back(route_of(row, {}));
  const std::vector<std::string> faults = openapi_faults(openapi_text(), routes);
  for (const std::string& fault : faults) std::cerr << "daemon/api/openapi.json: " << fault << '\n';
  return faults.empty() ? 0 : 1;
}
