"""What worked, and how surely: dose-response and structure-activity. Pure: data in, frozen results out."""
