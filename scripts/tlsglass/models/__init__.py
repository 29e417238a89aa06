"""Models of measured quantities as functions of temperature: one registered observable for each quantity."""
