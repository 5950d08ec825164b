"""Everything that is written: results on disk, reports. The only room that writes."""
