/** A program whose Python code is in its module. */
module com.acme.pricing {
  requires io.polyproc;
}
