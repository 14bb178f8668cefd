"""Events: facts in the past tense, stored with the change that made them, carried to the workers as nothing but random ids."""
