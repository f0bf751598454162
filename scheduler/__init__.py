"""duban (督办): deadlines of open government, counted in Chinese working days, reminded by mail, kept on record."""
