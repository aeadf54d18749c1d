"""The client's side of the contract: who we are, requests and their answers, enrolment."""
