-- What is said of open permits is written anew all at once. Where a page has room for each of its rows a second time,
-- no index hears of it. Pages that are there are filled as they were until their rows move.
ALTER TABLE forecast SET (fillfactor = 45);
