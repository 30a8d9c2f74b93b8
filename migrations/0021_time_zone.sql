-- The plant's own time, by its IANA name, in which people read times; null: each in their own.
ALTER TABLE tenant ADD COLUMN time_zone text;
