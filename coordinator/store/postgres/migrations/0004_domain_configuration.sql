-- What a domain may set for itself: a serialized baton.v1.DomainConfiguration, without its retention.
ALTER TABLE domain ADD COLUMN configuration bytea NOT NULL DEFAULT '';
