"""Youth cases: from a first concern by agreement, assessment, team, plan and reviews to closing and the check six months later."""
