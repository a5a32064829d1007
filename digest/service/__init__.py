"""The service: what runs day and night, so that every issue leaves when it is due."""
