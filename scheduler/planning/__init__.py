"""Register + calendar + facts → tasks → notices → messages, and why. Pure: time is an argument, nothing is read or sent."""
