"""Cases: a victim and the people that harm them, who stands in what relation to the case until when, who is blocked, and the flags."""
