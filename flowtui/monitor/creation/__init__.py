"""Creating a flow log: what is asked for, the plan, carrying it out, undoing it. No AWS, no screen."""
