"""The round trip with Label Studio: articles and predictions out, finished annotations in."""
