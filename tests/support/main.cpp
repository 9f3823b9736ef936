#include "tests/support/postgres.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  testing::AddGlobalTestEnvironment(new tenggat::test::PostgresEnvironment);
  return RUN_ALL_TESTS();
}
