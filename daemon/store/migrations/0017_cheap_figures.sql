-- What /metrics and the board cost does not grow with the years.

-- The sum of count_total over all days, folded together with it.
CREATE TABLE count_ever (
  metric text NOT NULL,
  sop    text NOT NULL,
  step   text NOT NULL,
  label  text NOT NULL,
  amount bigint NOT NULL,
  PRIMARY KEY (metric, sop, step, label)
);
INSERT INTO count_ever (metric, sop, step, label, amount)
  SELECT metric, sop, step, label, sum(amount) FROM count_total GROUP BY 1, 2, 3, 4;

-- The days of one metric from one day on.
CREATE INDEX count_total_day ON count_total (metric, day);
