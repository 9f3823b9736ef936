# In order, one a line. An applied migration never changes: the next change is the next number.
set(TENGGAT_MIGRATIONS
  0001_tenggat.sql
  0002_lighter_rows.sql
  0003_cheaper_actions.sql
  0004_frozen_clocks.sql
  0005_signing_in.sql
  0006_board.sql
  0007_changes_and_use.sql
  0008_people_and_silences.sql
  0010_queues.sql
  0011_canary.sql
  0012_sending.sql
  0013_receipts.sql
  0014_reports.sql
  0015_reach.sql
  0016_portal.sql
)
