"""What Waygate runs on: CloudFormation, the state machine, packaging, and `local/`, the stand-in for AWS."""
